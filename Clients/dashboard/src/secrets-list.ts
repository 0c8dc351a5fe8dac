import { api } from "./api";
import { useLoaded } from "./loaded";

/** The merchant's secrets by name, without their values. */
export function useSecrets() {
  return useLoaded(async (signal) => (await api.secrets.listSecrets({}, { signal })).secrets ?? [], []);
}
