/** A conversation with an agent by microphone and speaker. */

import { ApiError } from "../../../typescript/index";
import type { Call, ClientFrame, Duplex, LiveStart, ServerFrame, TranscriptEntry } from "../../../typescript/index";
import { api } from "../api";
import { Microphone } from "./microphone";
import { decode, encode, loudness } from "./pcm";
import { Speaker } from "./speaker";

/** The sample rate both ways: what models speak, so that it is heard as it was made. */
const rate = 24_000;
/** Sound that the network has not taken after this many bytes would come too late: two seconds of it. */
const backlog = 128 << 10;

/** What a page shows of a conversation. */
export interface Shown {
  stage: "asking" | "connecting" | "talking" | "over";
  transcript: TranscriptEntry[];
  /** How loud the user is, from 0 to 1. */
  level: number;
  isMuted: boolean;
  callId?: string;
  /** Its record, once it is over. */
  call?: Call;
  error?: unknown;
}

/** One conversation, from the question for the microphone to the record of the call. */
export class Conversation {
  private shown: Shown = { stage: "asking", transcript: [], level: 0, isMuted: false };
  private stream: Duplex<ClientFrame, ServerFrame> | undefined;
  private microphone: Microphone | undefined;
  private speaker: Speaker | undefined;
  private isClosed = false;

  constructor(private readonly show: (shown: Shown) => void) {}

  /** Holds it to its end; what goes wrong is shown. */
  async hold(start: LiveStart): Promise<void> {
    try {
      this.show(this.shown);
      this.microphone = await Microphone.open(rate, (samples) => this.hear(samples));
      if (this.isClosed) return this.microphone.close();
      this.change({ stage: "connecting" });
      this.speaker = new Speaker(rate);
      this.stream = api.live.converse();
      this.stream.send({ start: { ...start, sampleRateHertz: rate } });
      for await (const frame of this.stream) this.take(frame, this.stream, this.speaker);
    } catch (error) {
      // Who has hung up already wants to hear of nothing more.
      if (!this.isClosed) this.change({ error });
    }
    this.close();
  }

  /** Ends it as a caller who hangs up does: the record still comes. */
  hangUp(): void {
    if (this.shown.stage === "talking") this.stream?.end();
    else this.close();
  }

  /** Presses a key of the telephone: `0-9*#`. */
  press(key: string): void {
    this.stream?.send({ dtmf: key });
  }

  mute(isMuted: boolean): void {
    if (this.microphone) this.microphone.isMuted = isMuted;
    this.change({ isMuted });
  }

  /** Gives it up: nothing is heard or shown any more. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.microphone?.close();
    this.speaker?.close();
    this.stream?.cancel();
    this.change({ stage: "over", level: 0 });
  }

  private hear(samples: Float32Array): void {
    if (this.shown.stage !== "talking" || !this.stream) return;
    this.change({ level: loudness(samples) });
    if (this.stream.bufferedAmount < backlog) this.stream.send({ audio: { pcm: encode(samples) } });
  }

  private take(frame: ServerFrame, stream: Duplex<ClientFrame, ServerFrame>, speaker: Speaker): void {
    const { started, audio, transcript, interrupted, mark, ended } = frame;
    if (started) this.change({ stage: "talking", ...(started.callId ? { callId: started.callId } : {}) });
    if (audio?.pcm) speaker.play(decode(audio.pcm));
    if (mark) speaker.afterAll(() => stream.send({ markPlayed: mark }));
    if (interrupted) speaker.clear();
    if (transcript) this.change({ transcript: [...this.shown.transcript, transcript] });
    if (ended?.call) this.change({ call: ended.call, ...failure(ended.error) });
  }

  private change(part: Partial<Shown>): void {
    this.shown = { ...this.shown, ...part };
    this.show(this.shown);
  }
}

function failure(status: { code?: number; message?: string } | undefined): { error?: ApiError } {
  if (!status?.code) return {};
  return { error: new ApiError({ status: 0, code: "UNKNOWN", message: status.message ?? "the conversation failed" }) };
}
