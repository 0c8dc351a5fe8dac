import type { User } from "../../typescript/index";
import { api } from "./api";
import { useAll } from "./loaded";

/** The people of the merchant. */
export function useUsers() {
  return useAll<User>(async (pageToken, signal) => {
    const page = await api.accounts.listUsers({ pageToken }, { signal });
    return { items: page.users ?? [], next: page.nextPageToken };
  });
}
