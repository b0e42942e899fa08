import { type DaAmount, DaError, maxPointerBytes } from '@parley/protocol'

/**
 * The layer cannot do this now; the same call may succeed later.
 * @param retryAfterMs - Milliseconds that the layer asked to be left alone.
 */
export function unavailable(layer: string, reason: string, cause?: unknown, retryAfterMs?: number): DaError {
  const asked = retryAfterMs === undefined ? {} : { retryAfterMs }
  return new DaError({ code: 'DA_UNAVAILABLE', layer, reason, ...asked }, cause === undefined ? undefined : { cause })
}

export function refused(layer: string, reason: string): DaError {
  return new DaError({ code: 'DA_REFUSED', layer, reason })
}

/** The layer itself asks that another one be used. */
export function fallBack(layer: string, reason: string): DaError {
  return new DaError({ code: 'DA_FALL_BACK', layer, reason })
}

export function missing(layer: string, pointer: Uint8Array): DaError {
  return new DaError({ code: 'DA_MISSING', layer, pointer })
}

export function notYet(layer: string, pointer: Uint8Array, reason: string): DaError {
  return new DaError({ code: 'DA_NOT_YET', layer, pointer, reason })
}

export function pruned(layer: string, pointer: Uint8Array, reason: string): DaError {
  return new DaError({ code: 'DA_PRUNED', layer, pointer, reason })
}

export function corrupt(layer: string, pointer: Uint8Array, reason: string): DaError {
  return new DaError({ code: 'DA_CORRUPT', layer, pointer, reason })
}

export function pointerInvalid(layer: string, pointer: Uint8Array, reason: string): DaError {
  return new DaError({ code: 'DA_POINTER_INVALID', layer, pointer: pointer.slice(0, maxPointerBytes), reason })
}

/** @throws {DaError} `DA_EMPTY`, `DA_TOO_LARGE`. */
export function checkSize(bytes: number, maxBytes: number): void {
  if (bytes === 0) throw new DaError({ code: 'DA_EMPTY' })
  if (bytes > maxBytes) throw new DaError({ code: 'DA_TOO_LARGE', bytes, maxBytes })
}

/** @throws {DaError} `DA_FEE_CAPPED` when `cost` is above `maxCost`; `DA_REFUSED` when they are of different tokens. */
export function checkCost(layer: string, cost: DaAmount, maxCost: DaAmount | undefined): void {
  if (maxCost === undefined || (cost.token === 'none' && cost.amount === 0n)) return
  if (cost.token !== maxCost.token)
    throw refused(layer, `maxCost is in ${maxCost.token}, and what is asked for in ${cost.token}`)
  if (cost.amount > maxCost.amount)
    throw new DaError({ code: 'DA_FEE_CAPPED', layer, field: 'maxCost', asked: cost.amount, limit: maxCost.amount })
}

/** Reason in words of anything thrown; for the text of a fault, never for a decision. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
