extension ConsentWords {
  static let english = ConsentWords(
    language: .english, languageName: "English", windowTitle: "Your permission for calls",
    title: "May {merchant} call you?",
    introduction: """
      {merchant} asks for your permission to call {number} with an automated assistant, which is a \
      computer that speaks. Please read this page, tick what you agree to, and press one of the two \
      buttons at its end. Until then nothing is agreed. Answer only if this number is yours and you are \
      at least 18 years old.
      """,
    asker: "Who asks: {merchant}",
    address: "Registered address: {address}",
    contact: "For questions and complaints: {contact}",
    offering: Part(
      heading: "What it is about", lines: ["In the words of {merchant}:", "{offering}"]),
    data: Part(
      heading: "Your personal data",
      lines: [
        "For these calls {merchant} uses:",
        "your phone number {number};",
        "when calls took place and how long they lasted;",
        "what is said in a call, and a recording of your voice where you were told of it when the call began;",
        """
        your answer on this page, as its proof: what you ticked, when, the text and language of the \
        page, the kind of your browser, and your network address without its last part.
        """,
      ], isList: true),
    period: Part(
      heading: "For how long",
      lines: [
        "What you agree to holds for {days} from your answer, and then ends by itself.",
        "This page can be answered until {end}.",
      ]),
    withdrawal: Part(
      heading: "Taking it back",
      lines: [
        """
        You can take your permission back at any time, as easily as you give it: open this link again \
        and press one button. You can also write to {contact}. It takes effect at once; calls that \
        were made before stay lawful. For 90 days after that, {merchant} may not ask you again.
        """
      ]),
    rights: Part(
      heading: "Your rights and complaints",
      lines: [
        """
        You may ask {contact} what is kept about you, have it corrected or erased, and name somebody who \
        uses these rights when you cannot. You may complain there, and are to be answered within 90 days. If that does not help, you may complain to the \
        Data Protection Board of India. To stop advertising calls of everybody, call or text 1909.
        """
      ]),
    question: "What may {merchant} call you about?",
    hint: "Each box is a decision of its own.",
    choices: [
      Choice(
        name: "Service calls",
        detail: "About something that you have from {merchant}, without advertising."),
      Choice(
        name: "Further service calls",
        detail: """
          About something that you have from {merchant}, beyond what its use needs, such as your opinion \
          of it or other plans for it.
          """),
      Choice(
        name: "Advertising calls", detail: "About what {merchant} offers or wants to sell."),
    ],
    freedom: """
      You are free to refuse, and to tick some boxes only. {merchant} may not make anything else depend \
      on your answer.
      """,
    allow: "Allow what I ticked", refuse: "Refuse",
    givenTitle: "You have allowed {merchant} to call you",
    given: [
      "This is about calls to {number}. You answered on {time}. Your permission ends on {end}.",
      "You can take it back at any time, here and now. It takes effect at once.",
    ],
    withdraw: "Take my permission back",
    withdrawnTitle: "Your permission is taken back",
    withdrawn: [
      """
      Since {time} the permission that you gave {merchant} here does not hold any more. Until {end} it may \
      not ask you again.
      """
    ],
    refusedTitle: "You have refused",
    refused: [
      "You answered on {time}. {merchant} has no permission from this page, and nothing else follows."
    ],
    months: [
      "January", "February", "March", "April", "May", "June", "July", "August", "September",
      "October", "November", "December",
    ],
    time: "{day} {month} {year}, {clock} Indian time", day: "{count} day", days: "{count} days",
    problem: { problem in
      switch problem {
      case .noForm:
        "It may have ended, or not have been copied whole. Whoever sent it to you can send a new one."
      case .nothingTicked: "Tick at least one box, or press “Refuse”."
      case .changed: "The text of this page has changed since you opened it. Please read it again."
      case .cooling:
        "Nothing was recorded: you have opted out of calls, and for 90 days after that nobody may ask you."
      case .malformed: "Your answer did not arrive whole. Please open the link again."
      case .busy: "There were too many requests from your network. Please try again in a minute."
      case .trouble: "Something went wrong here, and nothing was recorded. Please try again later."
      }
    },
    problemTitle: "This link cannot be used now")
}
