import { type Mwei, mwei } from '@parley/protocol'
import { z } from 'zod'
import { type Address, readAddress } from './address.ts'
import { DaPolicy, PolicyRefused, parsePolicy } from './da-policy.ts'
import { KeyRefused, parseKey, readKeyFile, readSecretFile } from './key-file.ts'
import { Secret } from './secret.ts'

export type { Address }

/** How one configuration key is read, bounded and described. */
export interface Setting<T> {
  /** What it does, with unit and bounds. */
  readonly about: string
  /** Name of the command-line flag, without dashes. Secrets have none: command lines are public on their machine. */
  readonly flag: string | undefined
  readonly secret: boolean
  /** Takes a value as files give it, refusing everything else. */
  readonly schema: z.ZodType<T>
  /** Words that it takes, when there are only some. */
  readonly values?: readonly string[]
  /** Makes of an environment variable or a flag what a file would hold. */
  readonly fromText: (text: string) => unknown
}

/** A setting with a value for when no source names its key. */
export interface Defaulted<T> extends Setting<T> {
  readonly fallback: T
}

interface Described {
  readonly about: string
  readonly flag?: string
}

/** Editors and mounted files put byte-order marks, spaces and line ends around what is meant. */
const bare = (text: string): string => text.replace(/^\uFEFF/, '').trim()

/** A list as variables and flags give it. */
const parts = (text: string): unknown => text.split(',').map(bare)

const asIs = (text: string): unknown => text

function setting<T>(described: Described, schema: z.ZodType<T>, fromText = asIs): Setting<T> {
  return { about: described.about, flag: described.flag, secret: false, schema, fromText }
}

export function defaulted<T>(fallback: T, of: Setting<T>): Defaulted<T> {
  return { ...of, fallback }
}

/** What is no whole number stays text, so that the schema refuses it. */
const wholeNumber = (text: string): unknown => (/^-?\d{1,15}$/.test(text) ? Number(text) : text)

/** A whole number from `minimum` to `maximum`, both within 2^53. */
export function integer(minimum: number, maximum: number, described: Described): Setting<number> {
  const error = `must be a whole number from ${minimum} to ${maximum}`
  return setting(described, z.int({ error }).min(minimum, { error }).max(maximum, { error }), wholeNumber)
}

/** As `integer`, or one word. */
export function integerOr<const W extends string>(
  word: W,
  minimum: number,
  maximum: number,
  described: Described,
): Setting<number | W> {
  const error = `must be a whole number from ${minimum} to ${maximum}, or ${word}`
  const whole = z.int({ error }).min(minimum, { error }).max(maximum, { error })
  return setting(described, z.union([whole, z.literal(word)], { error }), wholeNumber)
}

const decimal = (text: string): unknown => (/^\d{1,12}(\.\d{1,12})?$/.test(text) ? Number(text) : text)

/** A price or another quantity that is not whole. */
export function quantity(minimum: number, maximum: number, described: Described): Setting<number> {
  const error = `must be a number from ${minimum} to ${maximum}`
  return setting(described, z.number({ error }).min(minimum, { error }).max(maximum, { error }), decimal)
}

/** A uint64; files give it as a whole number or, beyond 2^53, as text. */
export function uint64(minimum: bigint, maximum: bigint, described: Described): Setting<bigint> {
  const error = `must be a whole number from ${minimum} to ${maximum}`
  const schema = z
    .union([z.int(), z.bigint(), z.string().regex(/^\d{1,20}$/, { error })], { error })
    .transform((value) => BigInt(value))
    .refine((value) => value >= minimum && value <= maximum, { error })
  return setting(described, schema)
}

/** An amount of the L3, given as a uint64 is. */
export function amount(minimum: bigint, maximum: bigint, described: Described): Setting<Mwei> {
  const { schema, ...rest } = uint64(minimum, maximum, described)
  return { ...rest, schema: schema.transform(mwei) }
}

export function toggle(described: Described): Setting<boolean> {
  const known: Readonly<Record<string, boolean>> = { true: true, false: false }
  return setting(described, z.boolean({ error: 'must be true or false' }), (text) => known[text] ?? text)
}

export function choice<const C extends string>(options: readonly C[], described: Described): Setting<C> {
  return { ...setting(described, z.enum(options, { error: `must be one of ${options.join(', ')}` })), values: options }
}

/** One or more of the options, separated by commas, or a list in a file. */
export function listOf<const C extends string>(options: readonly C[], described: Described): Setting<readonly C[]> {
  const error = `must be one or more of ${options.join(', ')}, separated by commas`
  const schema = z.array(z.enum(options, { error }), { error }).min(1, { error }).readonly()
  return { ...setting(described, schema, parts), values: options }
}

export function text(described: Described): Setting<string> {
  return setting(described, z.string({ error: 'must be text' }).min(1, 'must not be empty'))
}

/** Which layers the parts of a batch go to, in files as in flags. */
export function daPolicy(described: Described): Setting<DaPolicy> {
  const given = z.union([z.instanceof(DaPolicy), z.string()], { error: 'must be text' })
  const schema = given.transform((value, context) => {
    try {
      return typeof value === 'string' ? parsePolicy(bare(value)) : value
    } catch (error) {
      if (!(error instanceof PolicyRefused)) throw error
      context.addIssue(error.message)
      return z.NEVER
    }
  })
  return setting(described, schema)
}

/** An http or https URL; kept without a trailing slash. */
export function url(described: Described): Setting<string> {
  const error = 'must be an http or https URL'
  const schema = z
    .string({ error })
    .transform(bare)
    .pipe(z.url({ protocol: /^https?$/, error }))
    .transform((value) => (value.endsWith('/') ? value.slice(0, -1) : value))
  return setting(described, schema)
}

export function address(described: Described): Setting<Address> {
  const schema = z.string({ error: 'must be text' }).transform((value, context) => {
    const read = readAddress(bare(value))
    if ('address' in read) return read.address
    context.addIssue(read.refused)
    return z.NEVER
  })
  return setting(described, schema)
}

const urlsError = 'must be http or https URLs, separated by commas'
const someUrl = z.url({ protocol: /^https?$/, error: urlsError }).transform((value) => value.replace(/\/+$/, ''))

/** URLs separated by commas, or a list in a file. */
export function urls(described: Described): Setting<readonly string[]> {
  return setting(described, z.array(someUrl, { error: urlsError }).readonly(), parts)
}

/** One URL or more, separated by commas, or a list in a file: servers in the order in which they are asked. */
export function urlsInOrder(described: Described): Setting<readonly string[]> {
  const error = 'must be one http or https URL or more, separated by commas'
  const list = z.array(someUrl, { error }).min(1, { error }).readonly()
  return setting(
    described,
    z.preprocess((value) => (typeof value === 'string' ? parts(value) : value), list),
    parts,
  )
}

/** Places in the network as host:port, separated by commas, or a list in a file. */
export function places(described: Described): Setting<readonly string[]> {
  const error = 'must be host:port, separated by commas'
  const one = z.string({ error }).regex(/^(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}$/, { error })
  return setting(described, z.array(one, { error }).readonly(), parts)
}

/** Multiaddresses with the peer's id, separated by commas, or a list in a file. */
export function peers(described: Described): Setting<readonly string[]> {
  const error = 'must be like /ip4/192.0.2.1/tcp/9618/p2p/12D3…, separated by commas'
  const form =
    /^\/(?:ip4\/[0-9.]{7,15}|ip6\/[0-9a-fA-F:]{2,39}|dns[46]?\/[A-Za-z0-9.-]{1,253})\/tcp\/[0-9]{1,5}\/p2p\/[1-9A-HJ-NP-Za-km-z]{46,64}$/
  return setting(described, z.array(z.string({ error }).regex(form, { error }), { error }).readonly(), parts)
}

/** Multiaddresses of any kind, separated by commas, or a list in a file. */
export function multiaddrs(described: Described): Setting<readonly string[]> {
  const error = 'must be like /ip4/192.0.2.1/tcp/9610, separated by commas'
  const one = z.string({ error }).regex(/^(?:\/[a-z0-9-]{1,32}\/[A-Za-z0-9.:_-]{1,253}){1,8}$/, { error })
  return setting(described, z.array(one, { error }).readonly(), parts)
}

/** Hosts, or all below one as *.host, separated by commas, or a list in a file. */
export function hosts(described: Described): Setting<readonly string[]> {
  const error = 'must be hosts such as push.example or *.push.example, separated by commas'
  const one = z.string({ error }).regex(/^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, { error })
  return setting(described, z.array(one, { error }).min(1, { error }).readonly(), parts)
}

/** IP addresses and networks, separated by commas, or a list in a file. */
export function addresses(described: Described): Setting<readonly string[]> {
  const error = 'must be IP addresses or networks such as 10.0.0.0/8, separated by commas'
  const one = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], { error })
  return setting(described, z.array(one, { error }).readonly(), parts)
}

/** Addresses separated by commas, or a list in a file. */
export function addressList(described: Described): Setting<readonly Address[]> {
  const one = z.string({ error: 'must be addresses, separated by commas' }).transform((value, context) => {
    const read = readAddress(bare(value))
    if ('address' in read) return read.address
    context.addIssue(read.refused)
    return z.NEVER
  })
  return setting(described, z.array(one).readonly(), parts)
}

/** Some of a few words, separated by commas, or a list in a file; none twice. */
export function words<const W extends string>(of: readonly [W, ...W[]], described: Described): Setting<readonly W[]> {
  const error = `must be of ${of.join(', ')}, separated by commas, each once`
  const all = z
    .array(z.enum(of, { error }), { error })
    .refine((given) => new Set(given).size === given.length, { error })
  return setting(described, all.readonly(), parts)
}

/** Places on the L3 as shard/index, separated by commas, or a list in a file. */
export function l3Places(described: Described): Setting<readonly string[]> {
  const error = 'must be shard/index, separated by commas, such as 7/0,12/3'
  const one = z.string({ error }).regex(/^([0-9]|[1-5][0-9]|6[0-3])\/(0|[1-9][0-9]{0,9})$/, { error })
  return setting(described, z.array(one, { error }).readonly(), parts)
}

/** Bytes as 0x and pairs of hexadecimal digits. */
export function hex(described: Described): Setting<Address> {
  const isHex = (value: string): value is Address => /^0x(?:[0-9a-fA-F]{2})*$/.test(value)
  const schema = z
    .string({ error: 'must be text' })
    .refine(isHex, { error: 'must be 0x and pairs of hexadecimal digits' })
  return setting(described, schema)
}

const keyOf = (value: string): Uint8Array =>
  value.startsWith('file:') ? readKeyFile(value.slice('file:'.length)) : parseKey(value)

/** A secret key of 32 bytes, given as itself or as `file:` and the path of a key file. */
export function secretKey(about: string): Setting<Secret<Uint8Array>> {
  return secret(about, keyOf)
}

/** A token, given as itself or as `file:` and the path of a file that others may not touch. */
export function secretToken(about: string): Setting<Secret<string>> {
  return secret(about, (value) =>
    tokenOf(value.startsWith('file:') ? readSecretFile(value.slice('file:'.length)) : value),
  )
}

/** Goes into a header: printable, without spaces inside. */
function tokenOf(given: string): string {
  const token = bare(given)
  if (!/^[\x21-\x7e]{1,4096}$/.test(token)) throw new KeyRefused('must be one word of printable ASCII, or file:PATH')
  return token
}

function secret<T>(about: string, read: (value: string) => T): Setting<Secret<T>> {
  const schema = z.string({ error: 'must be text' }).transform((value, context) => {
    try {
      const given = bare(value)
      return new Secret(read(given), given.startsWith('file:') ? given.slice('file:'.length) : undefined)
    } catch (error) {
      if (!(error instanceof KeyRefused)) throw error
      context.addIssue(error.message)
      return z.NEVER
    }
  })
  return { ...setting({ about }, schema), secret: true }
}
