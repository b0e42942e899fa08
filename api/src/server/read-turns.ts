/** Requests of one address that are read in a turn of the event loop before its connections wait for the next one. */
const requestsPerTurn = 128

/** A connection that can be left unread. */
export interface Readable {
  /** Reads nothing more, or reads on unless something else keeps it from that. */
  hold(held: boolean): void
}

interface Address {
  readonly connections: Set<Readable>
  /** Requests read in this turn. */
  read: number
  held: boolean
}

/**
 * Takes turns between what one address sends and everybody else. All connections that have something are read in the same
 * turn, and all requests of a read are parsed at once: over many connections that is a second of work in which nobody is
 * heard, so the connections of an address that has had its share are not read before the next turn.
 */
export class ReadTurns {
  private readonly addresses = new Map<string, Address>()
  private counted = new Set<Address>()

  /** Counts a connection to its address. @returns what to call for each request that was read from it, and at its end. */
  join(source: string, connection: Readable): { readonly request: () => void; readonly leave: () => void } {
    const address = this.addresses.get(source) ?? { connections: new Set(), read: 0, held: false }
    this.addresses.set(source, address)
    address.connections.add(connection)
    if (address.held) connection.hold(true)
    const leave = (): void => {
      address.connections.delete(connection)
      if (address.connections.size === 0) this.addresses.delete(source)
    }
    return { request: () => this.count(address), leave }
  }

  private count(address: Address): void {
    if (this.counted.size === 0) setImmediate(() => this.next())
    this.counted.add(address)
    address.read += 1
    if (address.read < requestsPerTurn || address.held) return
    address.held = true
    for (const connection of address.connections) connection.hold(true)
  }

  private next(): void {
    const { counted } = this
    this.counted = new Set()
    for (const address of counted) {
      address.read = 0
      if (!address.held) continue
      address.held = false
      for (const connection of address.connections) connection.hold(false)
    }
  }
}
