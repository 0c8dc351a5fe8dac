/** Sound as LiveService has it: 16 bit, little-endian, in base64. */

/** Samples from -1 to 1 as base64. */
export function encode(samples: Float32Array): string {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, index) => {
    view.setInt16(index * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true);
  });
  return btoa(String.fromCharCode(...bytes));
}

/** The samples of base64, from -1 to 1. */
export function decode(pcm: string): Float32Array {
  const text = atob(pcm);
  const samples = new Float32Array(text.length >> 1);
  for (let index = 0; index < samples.length; index += 1) {
    const value = text.charCodeAt(index * 2) | (text.charCodeAt(index * 2 + 1) << 8);
    samples[index] = (value > 32_767 ? value - 65_536 : value) / 32_768;
  }
  return samples;
}

/** How loud samples are: 0 for silence, 1 for the loudest speech. */
export function loudness(samples: Float32Array): number {
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  // From -50 dB to -10 dB, evenly.
  return Math.max(0, Math.min(1, (10 * Math.log10(energy + 1e-10) + 50) / 40));
}
