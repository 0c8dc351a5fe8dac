/** What the form shows at its own fields. */
const own = new RegExp(
  "^(name|language|voiceId|purpose|systemPrompt|greeting|farewell|firstSpeaker|maxDuration|phoneNumber|state"
  + "|publishing|variables(\\[\\d+\\]\\.(name|type|defaultValue))?)$");

/** What is wrong with fields that the form does not have. */
export function OtherErrors({ errors }: { errors: Record<string, string> }) {
  const others = Object.entries(errors).filter(([field]) => !own.test(field));
  if (others.length === 0) return null;
  return (
    <ul className="error" role="alert">
      {others.map(([field, text]) => <li key={field}><code>{field}</code>: {text}</li>)}
    </ul>
  );
}
