import { deepEqual, fail } from 'node:assert/strict'
import { CodedError } from '../faults.ts'

/** Demands that `action` rejects with one of `codes`; returns the code. */
export async function rejectsWithCode(codes: readonly string[], action: () => Promise<unknown>): Promise<string> {
  try {
    await action()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    if (codes.includes(error.fault.code)) return error.fault.code
    throw new Error(`expected ${codes.join(' or ')}, received ${error.fault.code}`, { cause: error })
  }
  return fail(`expected ${codes.join(' or ')}, but it succeeded`)
}

/** Demands the same bytes, showing both as hex. */
export function sameRecord(received: Uint8Array | undefined, expected: Uint8Array): void {
  deepEqual(received && Buffer.from(received).toString('hex'), Buffer.from(expected).toString('hex'))
}

/** Everything an iterable gives. */
export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of iterable) items.push(item)
  return items
}
