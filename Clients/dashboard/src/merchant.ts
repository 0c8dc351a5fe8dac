import { api } from "./api";
import { useLoaded } from "./loaded";

/** The merchant itself. */
export function useMerchant() {
  return useLoaded((signal) => api.accounts.getMerchant({}, { signal }), []);
}
