import { type Address, type Hex, isAddress } from 'viem'
import { CliError } from '../faults.ts'

/** Bounds of a dump. @see docs/spec/migration.md */
export const dumpLimits = { lineBytes: 65_536, lines: 10_000_000, nameBytes: 128, titleBytes: 256 } as const

/** What another network knows of its users and conversations, a line each. @see docs/spec/migration.md */
export type DumpLine =
  | { readonly kind: 'dump'; readonly version: 1; readonly network: string; readonly at: number }
  | {
      readonly kind: 'identity'
      readonly id: string
      /** Account of the L2, where the user has one. */
      readonly address?: Address
      /** The user's signature over the registration of the installations that follow. */
      readonly registration?: { readonly deadline: bigint; readonly signature: Hex }
    }
  | {
      readonly kind: 'installation'
      readonly identity: string
      readonly installationKey: Hex
      readonly fallbackKey: Hex
    }
  | { readonly kind: 'conversation'; readonly id: string; readonly title: string }
  | {
      readonly kind: 'member'
      readonly conversation: string
      readonly identity: string
      readonly role: 'member' | 'admin'
    }
  | {
      readonly kind: 'last'
      readonly conversation: string
      /** SHA-256 of the last message, by whatever the other network's messages are. */
      readonly digest: Hex
      readonly messages: number
      readonly at: number
    }

type Refuse = (field: string, reason: string) => never
type Reader<T> = (value: unknown, field: string, refuse: Refuse) => T

const integer: Reader<number> = (value, field, refuse) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : refuse(field, `must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`)

const textOf =
  (minimum: number, maximum: number): Reader<string> =>
  (value, field, refuse) => {
    const bytes = typeof value === 'string' ? Buffer.byteLength(value) : -1
    // A lone surrogate has no UTF-8: what is written would be another name.
    const isText = typeof value === 'string' && value.isWellFormed() && bytes >= minimum && bytes <= maximum
    return isText ? value : refuse(field, `must be ${minimum} to ${maximum} bytes of text`)
  }
const name = textOf(1, dumpLimits.nameBytes)
const title = textOf(0, dumpLimits.titleBytes)

const bytes =
  (length: number): Reader<Hex> =>
  (value, field, refuse) =>
    typeof value === 'string' && new RegExp(`^0x[0-9a-f]{${2 * length}}$`).test(value)
      ? (value as Hex)
      : refuse(field, `must be 0x and ${2 * length} lower-case hexadecimal digits`)
const digest = bytes(32)

const address: Reader<Address> = (value, field, refuse) =>
  typeof value === 'string' && isAddress(value, { strict: value !== value.toLowerCase() })
    ? value
    : refuse(field, 'must be an address; with capital letters only where they are its checksum')

const signature: Reader<Hex> = (value, field, refuse) =>
  typeof value === 'string' && /^0x(?:[0-9a-f]{2}){1,2048}$/.test(value)
    ? (value as Hex)
    : refuse(field, 'must be 0x and pairs of lower-case hexadecimal digits, 2,048 at most')

const deadline: Reader<bigint> = (value, field, refuse) =>
  typeof value === 'string' && /^(?:0|[1-9]\d{0,77})$/.test(value)
    ? BigInt(value)
    : refuse(field, 'must be decimal text of at most 78 digits')

const registration: Reader<{ readonly deadline: bigint; readonly signature: Hex }> = (value, field, refuse) => {
  const given = objectOf(value, field, refuse)
  onlyFields(given, { deadline, signature }, {}, (inner, reason) => refuse(`${field}.${inner}`, reason))
  return {
    deadline: deadline(given.deadline, `${field}.deadline`, refuse),
    signature: signature(given.signature, `${field}.signature`, refuse),
  }
}

const role: Reader<'member' | 'admin'> = (value, field, refuse) =>
  value === 'member' || value === 'admin' ? value : refuse(field, 'must be member or admin')

const version: Reader<1> = (value, field, refuse) => (value === 1 ? 1 : refuse(field, 'must be 1'))

type Readers = Readonly<Record<string, Reader<unknown>>>

/** Fields of each kind: those that must be there, and those that may. */
const forms: Readonly<Record<DumpLine['kind'], { readonly needed: Readers; readonly optional?: Readers }>> = {
  dump: { needed: { version, network: name, at: integer } },
  identity: { needed: { id: name }, optional: { address, registration } },
  installation: { needed: { identity: name, installationKey: digest, fallbackKey: digest } },
  conversation: { needed: { id: name, title } },
  member: { needed: { conversation: name, identity: name, role } },
  last: { needed: { conversation: name, digest, messages: integer, at: integer } },
}

/** Reads one line. @param line - Its number, from 1. @throws {CliError} `DUMP_LINE_INVALID` naming line and field. */
export function parseDumpLine(text: string, line: number): DumpLine {
  const refuse: Refuse = (field, reason) => {
    throw new CliError({ code: 'DUMP_LINE_INVALID', line, field, reason })
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new CliError({ code: 'DUMP_LINE_INVALID', line, field: 'line', reason: 'is no JSON' }, { cause })
  }
  const given = objectOf(json, 'line', refuse)
  const { kind, ...fields } = given
  if (typeof kind !== 'string' || !Object.hasOwn(forms, kind))
    return refuse('kind', `must be one of ${Object.keys(forms).join(', ')}`)
  const { needed, optional = {} } = forms[kind as DumpLine['kind']]
  onlyFields(fields, needed, optional, refuse)
  const read = Object.entries(fields).map(([field, value]) => {
    const reader = (needed[field] ?? optional[field]) as Reader<unknown>
    return [field, reader(value, field, refuse)]
  })
  return { kind, ...Object.fromEntries(read) } as DumpLine
}

function objectOf(value: unknown, field: string, refuse: Refuse): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  return refuse(field, 'must be an object')
}

function onlyFields(given: object, needed: object, optional: object, refuse: Refuse): void {
  for (const field of Object.keys(given))
    if (!Object.hasOwn(needed, field) && !Object.hasOwn(optional, field)) refuse(field, 'is no field of this kind')
  for (const field of Object.keys(needed)) if (!Object.hasOwn(given, field)) refuse(field, 'is missing')
}
