/** A request that is measured. */
export interface ReadRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Octets of the body in base64; none when left out. */
  readonly body?: string
}

/** One kind of read. */
export interface ReadCell {
  readonly name: string
  readonly requests: readonly ReadRequest[]
}

/** Where reads are asked, and whose CPU time they are. */
export interface ReadServer {
  readonly url: string
  readonly pid: number
}

/** What a process of readers does. It is handed over as a file. */
export interface ReadPlan {
  readonly cells: readonly ReadCell[]
  readonly node: ReadServer
  readonly bare: ReadServer
  readonly connections: number
  /** Milliseconds of each measurement, and of warming up before the first. */
  readonly measureMs: number
  readonly repeats: number
}

/** What one measurement came to. */
export interface ReadMeasured {
  readonly requests: number
  /** CPU time of the server, all threads, for one request. */
  readonly cpuMicroseconds: number
  readonly requestsPerSecond: number
  /** Bytes of an answer's body. */
  readonly bytes: number
}

/** All measurements of one cell, in turn. */
export interface CellResult {
  readonly name: string
  readonly node: readonly ReadMeasured[]
  readonly bare: readonly ReadMeasured[]
}

/** Reads at a fixed rate, for their tail. It is handed over as a file. */
export interface TailPlan {
  readonly url: string
  readonly request: ReadRequest
  readonly connections: number
  readonly requestsPerSecond: number
  /** Milliseconds to go on for at most. */
  readonly lastsMs: number
  /** Block that ends it once the node has verified it. */
  readonly untilBlock?: string
}

/** Milliseconds from when each request was due until its answer was there. */
export type TailResult = readonly number[]

/** What a bare server answers. It is handed over as a file. */
export interface BareAnswers {
  readonly answers: readonly BareAnswer[]
}

/** What a bare server tells requests apart by: a path is asked in several forms. */
export const keyOf = (path: string, headers: Readonly<Record<string, unknown>>): string =>
  `${path} ${headers.accept} ${headers['if-none-match'] ?? ''}`

export interface BareAnswer {
  /** As `keyOf` has it. */
  readonly key: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Octets in base64. */
  readonly body: string
}
