import type { Architecture } from "./architecture";
import { opt } from "./opt";

/** Every architecture by its `model_type`. A new one is its own file and one line here. */
export const architectures = { opt } satisfies Record<string, Architecture>;
