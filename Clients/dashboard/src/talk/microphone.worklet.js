/**
 * What hears the microphone, on the browser's audio thread: mono at `rate` Hz, in blocks of `length`
 * samples from -1 to 1. A sample is the mean of the sound that falls into its time, at any rate of the device.
 */
class Microphone extends AudioWorkletProcessor {
  constructor({ processorOptions: { rate, length } }) {
    super();
    this.step = sampleRate / rate;
    this.block = new Float32Array(length);
    this.filled = 0;
    // Of the sample that is being made: its sum, and how much of its time that is.
    this.sum = 0;
    this.covered = 0;
  }

  process([input]) {
    for (const sample of input[0] ?? []) this.take(sample);
    return true;
  }

  take(sample) {
    let left = 1;
    while (left > 0) {
      const part = Math.min(left, this.step - this.covered);
      this.sum += sample * part;
      this.covered += part;
      left -= part;
      if (this.covered > this.step - 1e-6) this.put(this.sum / this.step);
    }
  }

  put(sample) {
    this.sum = 0;
    this.covered = 0;
    this.block[this.filled] = sample;
    this.filled += 1;
    if (this.filled < this.block.length) return;
    this.port.postMessage(this.block);
    this.filled = 0;
  }
}

registerProcessor("microphone", Microphone);
