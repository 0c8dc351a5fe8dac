/** How far ahead sound is played that comes in time for nothing: less stutters on a busy network. */
const cushion = 0.08;

/** Plays sound as it comes, each block behind the one before. */
export class Speaker {
  private readonly context: AudioContext;
  private readonly playing = new Set<AudioBufferSourceNode>();
  private readonly marks = new Set<number>();
  /** When all sound so far will have been played, by the context's clock. */
  private end = 0;

  /** Blocks have `rate` Hz, and so has the context: what is resampled by blocks clicks between them. */
  constructor(private readonly rate: number) {
    this.context = new AudioContext({ sampleRate: rate });
    void this.context.resume();
  }

  play(samples: Float32Array): void {
    if (samples.length === 0) return;
    const buffer = this.context.createBuffer(1, samples.length, this.rate);
    buffer.copyToChannel(samples, 0);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    source.onended = () => this.playing.delete(source);
    this.playing.add(source);
    if (this.end < this.context.currentTime) this.end = this.context.currentTime + cushion;
    source.start(this.end);
    this.end += buffer.duration;
  }

  /** Says when all sound before has been heard; never once it is cleared. */
  afterAll(heard: () => void): void {
    const left = Math.max(0, this.end - this.context.currentTime + (this.context.outputLatency || 0));
    const timer = window.setTimeout(() => {
      this.marks.delete(timer);
      heard();
    }, left * 1000);
    this.marks.add(timer);
  }

  /** Drops what has not been played yet. */
  clear(): void {
    for (const source of this.playing) source.stop();
    for (const timer of this.marks) clearTimeout(timer);
    this.playing.clear();
    this.marks.clear();
    this.end = 0;
  }

  close(): void {
    this.clear();
    void this.context.close();
  }
}
