import { isGlobalUnicast, isPrivate } from '@libp2p/utils'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { NetworkError } from '../faults.ts'

/** Which addresses count. */
export interface AddressRules {
  /** Private, loopback, link-local and carrier addresses are dialled and passed on, too. */
  readonly allowPrivate: boolean
}

/** An address of IP and TCP, without a way over somebody else. */
function ipOf(address: Multiaddr): { readonly version: 4 | 6; readonly host: string } | undefined {
  const [network, transport, ...rest] = address.getComponents()
  if (network === undefined || transport?.name !== 'tcp') return undefined
  if (rest.some(({ name }) => name !== 'p2p')) return undefined
  if (network.name === 'ip4') return { version: 4, host: network.value ?? '' }
  return network.name === 'ip6' ? { version: 6, host: network.value ?? '' } : undefined
}

/** Whether everybody can reach an address, by what it says of itself. */
export function isPublic(address: Multiaddr): boolean {
  const ip = ipOf(address)
  if (ip === undefined || isPrivate(address)) return false
  return ip.version === 4 || isGlobalUnicast(address)
}

/** Whether an address that others told may be dialled and passed on. Names are not: they may stand for any address. */
export function isUsable(address: Multiaddr, { allowPrivate }: AddressRules): boolean {
  return allowPrivate ? ipOf(address) !== undefined : isPublic(address)
}

/** Network that an address is of, a /24 or a /48; undefined when it is no IP address. */
export function networkOf(address: Multiaddr): string | undefined {
  const ip = ipOf(address)
  if (ip === undefined) return undefined
  if (ip.version === 4) return ip.host.split('.').slice(0, 3).join('.')
  return groupsOf(ip.host).slice(0, 3).join(':')
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(host: string): readonly string[] {
  const [before = '', after] = host.split('::')
  const first = before === '' ? [] : before.split(':')
  const last = after === undefined || after === '' ? [] : after.split(':')
  const between = after === undefined ? [] : new Array(Math.max(0, 8 - first.length - last.length)).fill('0')
  return [...first, ...between, ...last].map((group) => group.replace(/^0+(?=.)/, ''))
}

/** Reads an address as an operator gives it. @throws {NetworkError} `P2P_ADDRESS_INVALID`. */
export function readAddress(option: string, text: string, needsPeer: boolean): Multiaddr {
  const expected = needsPeer ? '/ip4/…/tcp/…/p2p/…, or /dnsaddr/…' : '/ip4/…/tcp/…, or /ip6/…/tcp/…'
  const invalid = (cause?: unknown) =>
    new NetworkError({ code: 'P2P_ADDRESS_INVALID', option, address: text, expected }, { cause })
  let address: Multiaddr
  try {
    address = multiaddr(text)
  } catch (error) {
    throw invalid(error)
  }
  const names = address.getComponents().map(({ name }) => name)
  const isName = names[0] === 'dnsaddr'
  const hasTcp = names[1] === 'tcp' && ['ip4', 'ip6', 'dns', 'dns4', 'dns6'].includes(names[0] ?? '')
  const fits = needsPeer ? isName || (hasTcp && names.includes('p2p')) : hasTcp && ipOf(address) !== undefined
  if (!fits) throw invalid()
  return address
}
