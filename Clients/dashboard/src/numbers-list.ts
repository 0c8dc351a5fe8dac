import type { PhoneNumber } from "../../typescript/index";
import { api } from "./api";
import { useAll } from "./loaded";

/** The numbers that the merchant rents. */
export function usePhoneNumbers() {
  return useAll<PhoneNumber>(async (pageToken, signal) => {
    const page = await api.numbers.listPhoneNumbers({ pageToken }, { signal });
    return { items: page.phoneNumbers ?? [], next: page.nextPageToken };
  });
}
