import type { Attribute } from '@parley/client'
import { limits, type Mwei, mwei } from '@parley/protocol'
import { type Address, type Hex, isHex } from 'viem'
import { readAddress } from '../config/address.ts'
import { KeyRefused, readKeyFile } from '../config/key-file.ts'
import { CliError } from '../faults.ts'

/** @throws {CliError} `ARGUMENT_INVALID`. */
export function addressArgument(argument: string, text: string | undefined): Address {
  const read = readAddress(text ?? '')
  if ('address' in read) return read.address
  throw new CliError({ code: 'ARGUMENT_INVALID', argument, reason: read.refused })
}

/** @throws {CliError} `ARGUMENT_INVALID`. */
export function hexArgument(argument: string, text: string | undefined): Hex {
  if (text === undefined || !isHex(text) || text.length % 2 !== 0)
    throw new CliError({ code: 'ARGUMENT_INVALID', argument, reason: 'must be 0x and pairs of hexadecimal digits' })
  return text
}

/** Reads `name=0x…`. @throws {CliError} `ARGUMENT_INVALID`. */
export function attributeArguments(texts: readonly string[], validitySeconds: number): Attribute[] {
  return texts.map((given) => {
    const split = given.lastIndexOf('=')
    if (split < 1)
      throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'attribute', reason: `${given} is not NAME=0x…` })
    const value = hexArgument('attribute', given.slice(split + 1))
    return { name: given.slice(0, split), value, validity: BigInt(validitySeconds) }
  })
}

/** A whole number, such as wei. @throws {CliError} `ARGUMENT_INVALID`. */
export function amountArgument(argument: string, text: string | undefined): bigint {
  if (text === undefined || !/^\d{1,78}$/.test(text))
    throw new CliError({ code: 'ARGUMENT_INVALID', argument, reason: 'must be a whole number' })
  return BigInt(text)
}

/** An amount of the L3. @throws {CliError} `ARGUMENT_INVALID`. */
export function mweiArgument(argument: string, text: string | undefined): Mwei {
  const amount = amountArgument(argument, text)
  if (amount >= 2n ** 64n) throw new CliError({ code: 'ARGUMENT_INVALID', argument, reason: 'must be below 2^64 mwei' })
  return mwei(amount)
}

/** A whole number within bounds. @throws {CliError} `ARGUMENT_INVALID`. */
export function numberArgument(argument: string, text: string | undefined, minimum: number, maximum: number): number {
  const number = Number(text)
  if (text !== undefined && /^\d{1,15}$/.test(text) && number >= minimum && number <= maximum) return number
  const reason = `must be a whole number from ${minimum} to ${maximum}`
  throw new CliError({ code: 'ARGUMENT_INVALID', argument, reason })
}

const lists = { account: limits.accountsPerShard, conversation: limits.conversationsPerShard } as const

/** Where a conversation or an account is: SHARD/INDEX, such as 7/0. @throws {CliError} `ARGUMENT_INVALID`. */
export function placeArgument(of: keyof typeof lists, text: string | undefined): { shard: number; index: number } {
  const [, shard, index] = /^(\d{1,2})\/(\d{1,10})$/.exec(text ?? '') ?? []
  const place = { shard: Number(shard), index: Number(index) }
  if (place.shard < limits.shards && place.index < lists[of]) return place
  const bounds = `a shard from 0 to ${limits.shards - 1} and an index from 0 to ${lists[of] - 1}`
  throw new CliError({ code: 'ARGUMENT_INVALID', argument: of, reason: `must be SHARD/INDEX, such as 7/0: ${bounds}` })
}

/** @throws {CliError} `ARGUMENT_INVALID`. */
export function shardArgument(argument: string, text: string | undefined): number {
  return numberArgument(argument, text, 0, limits.shards - 1)
}

/** The secret key in a key file. @throws {CliError} `ARGUMENT_INVALID`. */
export function keyFileArgument(argument: string, path: string | undefined): Uint8Array {
  return refusing(argument, () => readKeyFile(path ?? ''))
}

/** Says of which argument a key was refused. @throws {CliError} `ARGUMENT_INVALID`. */
export function refusing<T>(argument: string, use: () => T): T {
  try {
    return use()
  } catch (error) {
    if (error instanceof KeyRefused) throw new CliError({ code: 'ARGUMENT_INVALID', argument, reason: error.message })
    throw error
  }
}

/** One of a few words. @throws {CliError} `ARGUMENT_INVALID`. */
export function choiceArgument<const C extends string>(argument: string, options: readonly C[], text?: string): C {
  const found = options.find((each) => each === text)
  if (found !== undefined) return found
  throw new CliError({ code: 'ARGUMENT_INVALID', argument, reason: `must be one of ${options.join(', ')}` })
}
