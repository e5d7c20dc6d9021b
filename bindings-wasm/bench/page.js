import { repeat } from "./contenders.js";

globalThis.repeat = repeat;
