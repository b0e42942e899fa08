import { isAddress, isHex, size } from 'viem'
import { ClientError } from '../faults.ts'

/** @throws {ClientError} `ARGUMENT_INVALID`. */
export function demand(field: string, holds: boolean, reason: string): void {
  if (!holds) throw new ClientError({ code: 'ARGUMENT_INVALID', field, reason })
}

/** @throws {ClientError} `ARGUMENT_INVALID`. */
export function demandAddress(field: string, value: string): void {
  demand(field, isAddress(value, { strict: false }), 'is no address')
}

/** @throws {ClientError} `ARGUMENT_INVALID`. */
export function demandBytes(field: string, value: string, minimum: number, maximum: number): void {
  demand(field, isHex(value) && value.length % 2 === 0, 'is no 0x and pairs of hexadecimal digits')
  demandWithin(field, size(value as `0x${string}`), minimum, maximum)
}

/** @throws {ClientError} `ARGUMENT_OUT_OF_RANGE`. */
export function demandWithin<T extends bigint | number>(field: string, value: T, minimum: T, maximum: T): void {
  if (value < minimum || value > maximum)
    throw new ClientError({ code: 'ARGUMENT_OUT_OF_RANGE', field, value, minimum, maximum })
}
