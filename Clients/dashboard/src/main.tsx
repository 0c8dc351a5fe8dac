import { createRoot } from "react-dom/client";
import { App } from "./app";
import { Boundary } from "./parts/boundary";

createRoot(document.getElementById("root")!).render(
  <Boundary>
    <App />
  </Boundary>,
);
