/** How patiently a part's layers are judged. Milliseconds of the process's clock, unless it says otherwise. */
export interface PolicySettings {
  /** How long a layer may ask for more than the configured limit before another one is used. */
  readonly feePatienceMs: number
  /** How long a layer may fail without any success, five times at least, before another one is used. */
  readonly outagePatienceMs: number
  /** How long one attempt may stay without any answer; longer than the slowest inclusion. */
  readonly stallPatienceMs: number
  /** The first probe of the home layer comes after so many batches elsewhere, or after so long, whichever is first. */
  readonly probeAfterBatches: number
  readonly probeAfterMs: number
  /** The wait between probes doubles with each that failed, up to this. */
  readonly maxProbeMs: number
  /** Between two switches of one part at least. */
  readonly switchEveryMs: number
  /** A layer that asks for less than this share of what the home layer asks for, all the time for so long, is cheaper. */
  readonly cheaperShare: number
  readonly cheaperForMs: number
}

const minute = 60_000

export const defaultPolicySettings: PolicySettings = {
  feePatienceMs: 10 * minute,
  outagePatienceMs: 10 * minute,
  stallPatienceMs: 30 * minute,
  probeAfterBatches: 10,
  probeAfterMs: 30 * minute,
  maxProbeMs: 240 * minute,
  switchEveryMs: 5 * minute,
  cheaperShare: 0.7,
  cheaperForMs: 30 * minute,
}
