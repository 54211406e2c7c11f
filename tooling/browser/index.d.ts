import type { Page } from "playwright-core";

/** Chromium's path: `CHROMIUM`, or where Debian puts it. */
export declare const chromiumPath: string;

/** Empty where there is a Chromium; else what to append to the name of a skipped suite, with the reason. */
export declare const noChromium: string;

/** Empty where Chromium's Vulkan driver is; else what to append to the name of a skipped suite, with the reason. */
export declare const noVulkan: string;

/** Gives this process Chromium's GPU in software, for npm `webgpu`; before that is loaded. */
export declare function loadVulkan(): void;

/** What a server gives for a path: text with its content type, or a file of this machine. */
export type Served = { readonly type: string; readonly body: string } | { readonly file: string };

export interface BundleOptions {
  minify?: boolean;
  /** Packages left to be loaded when the page asks for them. */
  external?: (string | RegExp)[];
}

/** One ES module for browsers of an entry file with all it needs; workspace packages from their sources. */
export declare function bundle(entry: string, options?: BundleOptions): Promise<string>;

export interface Browser {
  /** A new page of the server, after `setup` has run in it: `/` is empty, the rest is what was given. */
  open(setup?: string): Promise<Page>;
  close(): Promise<void>;
}

/** Headless Chromium on a local server of `files` (by path, "/sample.js"); `gpu` gives it software WebGPU and WebGL2. */
export declare function openBrowser(
  files: Readonly<Record<string, Served>>,
  options?: { gpu?: boolean },
): Promise<Browser>;
