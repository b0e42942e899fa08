import { createReadStream } from 'node:fs'
import { systemReason } from '@parley/runtime/files'
import type { Address, Hex } from 'viem'
import { CliError } from '../faults.ts'
import { type DumpLine, dumpLimits, parseDumpLine } from './dump-line.ts'

export interface DumpIdentity {
  readonly id: string
  readonly address: Address | undefined
  readonly registration: { readonly deadline: bigint; readonly signature: Hex } | undefined
  readonly installations: { readonly installationKey: Hex; readonly fallbackKey: Hex }[]
}

export interface DumpConversation {
  readonly id: string
  readonly title: string
  readonly members: { readonly identity: string; readonly role: 'member' | 'admin' }[]
  last: { readonly digest: Hex; readonly messages: number } | undefined
}

/** A whole dump: every name in it leads to what was before it. */
export interface Dump {
  readonly network: string
  readonly identities: ReadonlyMap<string, DumpIdentity>
  readonly conversations: ReadonlyMap<string, DumpConversation>
}

const newline = 0x0a
/** Members that a conversation of the L3 has at most, the migration's own slot among them. */
const maxMembers = 4_095

/** Reads a dump. @throws {CliError} `DUMP_LINE_INVALID`, `ARGUMENT_INVALID` when there is no such file. */
export async function readDump(path: string): Promise<Dump> {
  const building = new Building()
  let line = 0
  try {
    for await (const text of linesOf(path)) {
      line += 1
      if (line > dumpLimits.lines) refuse(line, 'line', `is one too many: ${dumpLimits.lines} at most`)
      building.take(parseDumpLine(text, line), line)
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    const reason = `${path} cannot be read: ${systemReason(cause)}`
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'dump', reason }, { cause })
  }
  return building.done(line)
}

const refuse = (line: number, field: string, reason: string): never => {
  throw new CliError({ code: 'DUMP_LINE_INVALID', line, field, reason })
}

class Building {
  private network: string | undefined
  private readonly identities = new Map<string, DumpIdentity>()
  private readonly conversations = new Map<string, DumpConversation>()
  private readonly addresses = new Set<string>()

  take(given: DumpLine, line: number): void {
    if ((this.network === undefined) !== (given.kind === 'dump'))
      refuse(line, 'kind', this.network === undefined ? 'must be dump on the first line' : 'is dump a second time')
    switch (given.kind) {
      case 'dump':
        this.network = given.network
        return
      case 'identity':
        this.identity(given, line)
        return
      case 'installation':
        this.identityOf(given.identity, line).installations.push(given)
        return
      case 'conversation':
        if (this.conversations.has(given.id)) refuse(line, 'id', 'is there already')
        this.conversations.set(given.id, { id: given.id, title: given.title, members: [], last: undefined })
        return
      case 'member':
        this.member(given, line)
        return
      case 'last': {
        const conversation = this.conversationOf(given.conversation, line)
        if (conversation.last !== undefined) refuse(line, 'conversation', 'has a last message already')
        conversation.last = given
      }
    }
  }

  done(lines: number): Dump {
    if (this.network === undefined) return refuse(lines + 1, 'line', 'is missing: a dump begins with its own line')
    const { network, identities, conversations } = this
    return { network, identities, conversations }
  }

  private identity({ id, address, registration }: Extract<DumpLine, { kind: 'identity' }>, line: number): void {
    if (this.identities.has(id)) refuse(line, 'id', 'is there already')
    if (registration !== undefined && address === undefined) refuse(line, 'registration', 'needs an address')
    const account = address?.toLowerCase()
    if (account !== undefined && this.addresses.has(account)) refuse(line, 'address', 'is another identity’s')
    if (account !== undefined) this.addresses.add(account)
    this.identities.set(id, { id, address, registration, installations: [] })
  }

  private member({ conversation, identity, role }: Extract<DumpLine, { kind: 'member' }>, line: number): void {
    const { members } = this.conversationOf(conversation, line)
    this.identityOf(identity, line)
    if (members.some((each) => each.identity === identity)) refuse(line, 'identity', 'is a member already')
    if (members.length === maxMembers)
      refuse(line, 'conversation', `has ${maxMembers} members, which is all it can have`)
    members.push({ identity, role })
  }

  private identityOf(id: string, line: number): DumpIdentity {
    return this.identities.get(id) ?? refuse(line, 'identity', 'is in no line before')
  }

  private conversationOf(id: string, line: number): DumpConversation {
    return this.conversations.get(id) ?? refuse(line, 'conversation', 'is in no line before')
  }
}

/** Lines without their ends; none is longer than it may be, and the bytes are UTF-8. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let number = 0
  const text = (bytes: Buffer): string => {
    number += 1
    if (bytes.length > dumpLimits.lineBytes) refuse(number, 'line', `is longer than ${dumpLimits.lineBytes} bytes`)
    try {
      return decoder.decode(bytes)
    } catch (cause) {
      throw new CliError({ code: 'DUMP_LINE_INVALID', line: number, field: 'line', reason: 'is no UTF-8' }, { cause })
    }
  }
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let end = data.indexOf(newline); end !== -1; end = data.indexOf(newline)) {
      yield text(data.subarray(0, end))
      data = data.subarray(end + 1)
    }
    if (data.length > dumpLimits.lineBytes) refuse(number + 1, 'line', `is longer than ${dumpLimits.lineBytes} bytes`)
    rest = data
  }
  // The last line, too, ends in a line feed: what does not was cut off.
  if (rest.length > 0) refuse(number + 1, 'line', 'is cut off: every line ends in a line feed')
}
