import type { CallTemplate } from "../../typescript/index";
import { api } from "./api";
import { useAll } from "./loaded";

/** The merchant's call templates, newest first. */
export function useCallTemplates() {
  return useAll<CallTemplate>(async (pageToken, signal) => {
    const page = await api.compliance.listCallTemplates({ pageToken }, { signal });
    return { items: page.templates ?? [], next: page.nextPageToken };
  });
}

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** A template's words as far as a line has room for them; a letter with its vowel signs is not cut. */
export function beginning({ content = "" }: CallTemplate): string {
  const all = [...letters.segment(content.replace(/\s+/g, " ").trim())].map(({ segment }) => segment);
  return all.length > 60 ? `${all.slice(0, 59).join("")}…` : all.join("");
}
