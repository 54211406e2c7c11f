import { browserSuite } from "./browser-suite";

browserSuite("webgl2");
