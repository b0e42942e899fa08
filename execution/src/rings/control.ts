/** Words that the main thread and one lane share; each on a cache line of its own, for they are written by different cores. */
const line = 16
export const Control = {
  /** Slots of the entry ring filled and emptied so far, modulo 2^32. */
  entryTail: 0,
  entryHead: line,
  /** Entries executed so far, modulo 2^32. */
  executed: 2 * line,
  /** Commands posted so far. */
  commands: 3 * line,
  /** What a sleeping lane waits on, and whether it sleeps. */
  signal: 4 * line,
  asleep: 5 * line,
  /** Whether the main thread was pinged and has not drained yet. */
  pinged: 6 * line,
  /** Bytes of the frame ring filled and emptied so far, modulo 2^32. */
  frameTail: 7 * line,
  frameHead: 8 * line,
  /** Whether the lane has an entry that the open block has no room for. */
  full: 9 * line,
  /** Whether the lane's thread is to end. */
  ending: 10 * line,
} as const

export const controlBytes = 11 * line * 4

/** Wakes the lane if it sleeps. Call after what it is to find was published. */
export function wake(control: Int32Array): void {
  if (Atomics.load(control, Control.asleep) === 0) return
  Atomics.add(control, Control.signal, 1)
  Atomics.notify(control, Control.signal)
}

/** Sleeps until woken, unless `hasWork` finds something. */
export function sleep(control: Int32Array, hasWork: () => boolean): void {
  const seen = Atomics.load(control, Control.signal)
  Atomics.store(control, Control.asleep, 1)
  // Looked at after `asleep` is set: whoever publishes later sees the flag, whoever published before is seen here.
  if (!hasWork()) Atomics.wait(control, Control.signal, seen)
  Atomics.store(control, Control.asleep, 0)
}
