import { DaError } from '@parley/protocol'

/** What a promise rejects with; undefined when it does not. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
    return undefined
  } catch (error) {
    return error
  }
}

/** The fault of the `DaError` that a promise rejects with, or whatever else happened. */
export async function faultOf(promise: Promise<unknown>): Promise<unknown> {
  const error = await errorOf(promise)
  return error instanceof DaError ? error.fault : error
}
