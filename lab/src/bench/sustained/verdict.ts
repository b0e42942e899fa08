import type { ClaimedLoad } from './claimed.ts'
import type { Peaks } from './memory.ts'

/** Figures that a rate is judged by. */
export interface Sustained {
  readonly messagesPerSecond: number
  readonly sentPerSecond: number
  readonly claimed: ClaimedLoad
  readonly unclaimed: number
  /** MiB by process and phase. */
  readonly memory: Readonly<Record<string, Peaks>>
}

/** Share of the rate that must be sent and claimed: a batch more or less at the ends is no sign. */
const enough = 0.95
/** Seconds by which the last third may wait longer than the second: a block of the L1. */
const slotSeconds = 12
/** MiB that blocks read ahead and batches under way may take together, by the batcher's own bounds, and their copies on the way. */
const heldMiB = 2 * (64 + 64)

/** What a batcher that keeps up would not show; none when it does. */
export function notSustained({ messagesPerSecond, sentPerSecond, claimed, unclaimed, memory }: Sustained): string[] {
  const { second, last } = claimed.thirds
  return [
    ...(sentPerSecond >= enough * messagesPerSecond ? [] : [`only ${sentPerSecond} messages a second were sent`]),
    ...(claimed.messagesPerSecond >= enough * sentPerSecond
      ? []
      : [`only ${claimed.messagesPerSecond} messages a second were claimed`]),
    ...(last <= second + slotSeconds ? [] : [`batches waited ${second} s for their claims, and ${last} s in the end`]),
    ...(unclaimed === 0 ? [] : [`${unclaimed} messages were not claimed`]),
    ...Object.entries(memory).flatMap(([name, { sustained = 0, outage = 0 }]) =>
      outage <= sustained + heldMiB ? [] : [`the ${name} held ${outage} MiB during the outage, ${sustained} before`],
    ),
  ]
}
