import assert from 'node:assert/strict'
import { DaError, type DaFault } from '../interfaces/da-faults.ts'
import type { DataAvailability } from '../interfaces/data-availability.ts'
import type { ComplianceCase } from './case.ts'
import type { DaHarness } from './data-availability-harness.ts'

/** Longest that a check waits, in milliseconds: an adapter that hangs must fail, not stall the suite. */
const deadlineMs = 60_000

/** A signal that aborts when a check has waited too long. */
export function patience(): AbortSignal {
  return AbortSignal.timeout(deadlineMs)
}

/** Makes a case whose check gets the adapter opened, and closed afterwards whatever happens. */
export function withAdapter(
  lease: () => DaHarness,
  name: string,
  check: (da: DataAvailability, harness: DaHarness) => Promise<void>,
): ComplianceCase {
  const run = async () => {
    const harness = lease()
    const da = await harness.open()
    try {
      await check(da, harness)
    } finally {
      await harness.heal()
      await da.close()
    }
  }
  return { name, run }
}

/** Bytes that look random and are the same for the same label and length. */
export function sampleBytes(label: string, length: number): Uint8Array {
  let state = 0x811c9dc5
  for (const character of `${label}/${length}`)
    state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x0100_0193) >>> 0
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    bytes[i] = mixed >>> 24
  }
  return bytes
}

export function assertSameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  assert.ok(actual instanceof Uint8Array, `${what}: not bytes`)
  assert.equal(Buffer.compare(actual, expected), 0, `${what}: ${actual.length} bytes differ from ${expected.length}`)
}

/** Checks that the layer says that it has a publication. */
export async function assertThere(da: DataAvailability, pointer: Uint8Array): Promise<void> {
  const state = await da.status(pointer, patience())
  assert.ok(state === 'included' || state === 'final', `status is ${state}`)
}

/** @returns The fault, once the promise rejected with a `DaError` of this code. */
export async function assertFault<C extends DaFault['code']>(
  promise: Promise<unknown>,
  code: C,
  what: string,
): Promise<Extract<DaFault, { code: C }>> {
  const error = await rejection(promise, what)
  assert.ok(error instanceof DaError, `${what}: rejected with ${String(error)}, not with a DaError`)
  assert.equal(error.fault.code, code, what)
  return error.fault as Extract<DaFault, { code: C }>
}

/** Checks that the promise rejects with exactly this reason. */
export async function assertRejectsWith(promise: Promise<unknown>, reason: unknown, what: string): Promise<void> {
  const error = await rejection(promise, what)
  assert.ok(error === reason, `${what}: rejected with ${String(error)}, not with the signal's reason`)
}

async function rejection(promise: Promise<unknown>, what: string): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  return assert.fail(`${what}: did not reject`)
}
