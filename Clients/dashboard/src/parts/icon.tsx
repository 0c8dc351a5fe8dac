const paths: Record<string, string> = {
  analytics: "M4 20V10m5 10V4m5 16v-7m5 7V8",
  agents: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 9a8 8 0 0 1 16 0",
  calls: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2Z",
  numbers: "M9 4 7 20M17 4l-2 16M4 9h16M4 15h16",
  compliance: "M12 3 5 6v6c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6l-7-3Zm-3 9 2 2 4-4",
  settings: "M4 7h9m4 0h3M4 17h3m4 0h9M15 5v4M9 15v4",
  logout: "M14 4h5v16h-5M10 8l-4 4 4 4m-4-4h9",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  check: "m5 12 5 5L20 7",
  alert: "M12 8v5m0 3h.01M12 3l9.5 17h-19L12 3Z",
  info: "M12 11v5m0-8h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
};

/** A drawing beside words, which say the same. */
export function Icon({ name }: { name: string }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name] ?? ""} />
    </svg>
  );
}
