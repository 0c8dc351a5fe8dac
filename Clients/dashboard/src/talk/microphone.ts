import worklet from "./microphone.worklet.js";

/** Why there is no microphone, for its user. */
export class NoMicrophone extends Error {}

const reasons: Record<string, string> = {
  NotAllowedError: "The browser may not use the microphone. Allow it for this page, next to the address, and try again.",
  NotFoundError: "There is no microphone. Connect one and try again.",
  NotReadableError: "The microphone is in use by another program.",
};

/** The microphone: its sound in blocks of 20 ms, free of what the speaker plays. */
export class Microphone {
  /** Nothing of it is heard while this is true. */
  isMuted = false;

  private constructor(private readonly stream: MediaStream, private readonly context: AudioContext) {}

  /** Asks the user for it, and hands on what it hears at `rate` Hz. Throws NoMicrophone. */
  static async open(rate: number, hear: (samples: Float32Array) => void): Promise<Microphone> {
    const stream = await Microphone.ask();
    const context = new AudioContext();
    const microphone = new Microphone(stream, context);
    try {
      await context.audioWorklet.addModule(worklet);
      await context.resume();
      const length = rate / 50;
      const ear = new AudioWorkletNode(context, "microphone", {
        numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit", processorOptions: { rate, length },
      });
      const silence = new Float32Array(length);
      ear.port.onmessage = ({ data }) => hear(microphone.isMuted ? silence : (data as Float32Array));
      context.createMediaStreamSource(stream).connect(ear);
      return microphone;
    } catch (error) {
      microphone.close();
      throw error;
    }
  }

  private static async ask(): Promise<MediaStream> {
    // A page without TLS has no devices, unless it is of this machine.
    if (!navigator.mediaDevices) throw new NoMicrophone("A browser lends its microphone to pages over https only.");
    try {
      return await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch (error) {
      const name = error instanceof DOMException ? error.name : "";
      throw new NoMicrophone(reasons[name] ?? "The microphone cannot be used.");
    }
  }

  close(): void {
    for (const track of this.stream.getTracks()) track.stop();
    void this.context.close();
  }
}
