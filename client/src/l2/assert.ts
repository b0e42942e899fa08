import { isAddress, isHex, size } from 'viem'
import { ClientError } from '../faults.ts'

/** @throws {ClientError} `ARGUMENT_INVALID`. */
export function assertThat(field: string, holds: boolean, reason: string): void {
  if (!holds) throw new ClientError({ code: 'ARGUMENT_INVALID', field, reason })
}

/** @throws {ClientError} `ARGUMENT_INVALID`. */
export function assertAddress(field: string, value: string): void {
  assertThat(field, isAddress(value), 'is no address in lower case or with its EIP-55 checksum')
}

/** @throws {ClientError} `ARGUMENT_INVALID`. */
export function assertBytes(field: string, value: string, minimum: number, maximum: number): void {
  assertThat(field, isHex(value) && value.length % 2 === 0, 'is no 0x and pairs of hexadecimal digits')
  assertWithin(field, size(value as `0x${string}`), minimum, maximum)
}

/** @throws {ClientError} `ARGUMENT_OUT_OF_RANGE`. */
export function assertWithin<T extends bigint | number>(field: string, value: T, minimum: T, maximum: T): void {
  if (value < minimum || value > maximum)
    throw new ClientError({ code: 'ARGUMENT_OUT_OF_RANGE', field, value, minimum, maximum })
}
