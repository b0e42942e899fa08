/** How one drill went. */
export interface Outcome {
  readonly drill: string
  /** Whether everything that was accepted became final after the fault. */
  readonly recovered: boolean
  /** From the end of the fault until what was sealed by then was claimed; null where that never came. */
  readonly secondsToRecover: number | null
  /** Messages accepted, less those in final blocks. */
  readonly messagesLost: number
  /** Inclusions of a part beyond its first, over all layers, counted from the chains. */
  readonly duplicatePosts: number
  /** Layers where parts that were claimed meanwhile lie, in the order of their use. */
  readonly layerUsed: string
  /** What took effect and what came of it. */
  readonly detail: string
  /** What is not as it should be; left out when all is. */
  readonly failed?: string
}

/** A drill as a page or a command line names it. */
export interface NamedDrill {
  readonly name: string
  /** Whether it is run where none is named. */
  readonly byDefault: boolean
  /** What is broken, as the page says it. */
  readonly fault: string
  /** What must follow, as the page says it. */
  readonly expected: string
}
