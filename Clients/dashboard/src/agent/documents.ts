/** Documents on their way to an agent. */

import { ApiError } from "../../../typescript/index";
import { api } from "../api";
import { bytes } from "../format";

const largest = 10 << 20;
const kinds: Record<string, string> = { pdf: "application/pdf", txt: "text/plain" };

function kindOf(file: File): string | undefined {
  return kinds[file.name.split(".").pop()?.toLowerCase() ?? ""];
}

/** Why a file cannot be taken; nothing when it can. */
export function objection(file: File): string | undefined {
  if (!kindOf(file)) return `${file.name} is neither a PDF nor a TXT file.`;
  if (file.size > largest) return `${file.name} has ${bytes(file.size)}; ${bytes(largest)} are allowed. Split it into parts.`;
  return file.size === 0 ? `${file.name} is empty.` : undefined;
}

/** What the server has against a file; nothing when what went wrong is not the file's fault. */
function refusal(file: File, error: unknown): string | undefined {
  const [violation] = error instanceof ApiError ? error.fieldViolations : [];
  return violation && `${file.name} ${violation.description}.`;
}

/** Sends a file and tells which share of it went; why it was not taken, or nothing. Throws what is not the file's fault. */
export async function sendDocument(
  agentId: string, file: File, onProgress: (share: number) => void,
): Promise<string | undefined> {
  const reason = objection(file);
  if (reason) return reason;
  try {
    await api.knowledge.uploadDocument(
      { agentId, displayName: file.name, file: new Blob([file], { type: kindOf(file) ?? file.type }) },
      { onUpload: (sent, total) => onProgress(total ? sent / total : 0) });
  } catch (error) {
    const reason = refusal(file, error);
    if (!reason) throw error;
    return reason;
  }
  return undefined;
}
