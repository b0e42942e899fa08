import { MessagingError } from '../../src/faults.ts'

/** The field of the `FRAME_INVALID` that something is refused with; undefined for what is taken. */
export function fieldOf(act: () => unknown): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    if (error instanceof MessagingError && error.fault.code === 'FRAME_INVALID') return error.fault.field
    throw error
  }
}
