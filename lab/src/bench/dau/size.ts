export interface DauBounds {
  /** Live delivery, p99: as a multiple of acceptance's, and in milliseconds, what XMTP aims at with p95 (xmtpd #1377). */
  readonly liveToAccepted: number
  readonly liveMs: number
  /** Pages and changes together, p99: what a person takes for at once. Milliseconds. */
  readonly readsMs: number
}

export interface DauSize {
  /** Numbers of users, smallest first. */
  readonly users: readonly number[]
  /** How often the gap between what held and what did not is halved. */
  readonly refinements: number
  readonly seconds: number
}
