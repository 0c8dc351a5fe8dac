/** A module of the audio thread: its address. */
declare module "*.worklet.js" {
  const address: string;
  export default address;
}
