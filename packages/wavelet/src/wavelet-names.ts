/** Names whose `wavefun` has one φ and one ψ. */
export type OrthogonalName = "haar" | "dmey" | `${"db" | "sym" | "coif"}${number}`;

/** Names whose `wavefun` has a φ and a ψ for decomposition, and others for reconstruction. */
export type BiorthogonalName = `${"bior" | "rbio"}${number}`;

/** Continuous wavelets whose ψ is real. */
export type RealName = "mexh" | "morl" | `gaus${number}`;

/** Continuous wavelets whose ψ is complex. */
export type ComplexName = `${"cgau" | "shan" | "fbsp" | "cmor"}${string}`;
