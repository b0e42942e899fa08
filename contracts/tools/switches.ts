import { changed, type Place } from './mutant.ts'
import { childrenOf, type Node, type SyntaxTree, spanOf } from './syntax-trees.ts'

/** Compiled bugs, each behind a switch: where `block.coinbase`, which no contract reads, is its number, it is there. */
export interface Switched {
  /** The files with all their bugs, by their path from `src`. */
  readonly sources: ReadonlyMap<string, Buffer>
  /** Value of `block.coinbase` for each place that has a switch; the others are outside of every body and must be compiled by themselves. */
  readonly coinbases: ReadonlyMap<Place, string>
}

const SEMICOLON = 0x3b

interface Insertion {
  readonly at: number
  /** Of two at one byte the outer one: it opens before and closes after. */
  readonly width: number
  readonly text: string
}

export function withSwitches(trees: ReadonlyMap<string, SyntaxTree>, places: readonly Place[]): Switched {
  const coinbases = new Map<Place, string>()
  const sources = new Map<string, Buffer>()
  for (const [file, { source, tree }] of trees) {
    const bodies = new Map<string, { block: Node; places: Place[] }>()
    const insertions: Insertion[] = []
    for (const place of places.filter((each) => each.file === file)) {
      const coinbase = `0x${(0xc0de0000 + coinbases.size).toString(16).padStart(40, '0')}`
      const around = enclosing(tree, place)
      if (around.condition !== undefined) insertions.push(...conditionSwitch(place, coinbase))
      else if (around.otherwise !== undefined) insertions.push(...elseSwitch(source, place, coinbase))
      else if (around.block !== undefined) {
        const body = bodies.get(String(around.block.src)) ?? { block: around.block, places: [] }
        body.places.push(place)
        bodies.set(String(around.block.src), body)
      } else continue
      coinbases.set(place, coinbase)
    }
    for (const body of bodies.values()) insertions.push(...bodySwitch(source, body.block, body.places, coinbases))
    sources.set(file, inserted(source, insertions))
  }
  return { sources, coinbases }
}

/** The condition, the `else` or the innermost block that a place is, or is in. */
function enclosing(node: Node, place: Place): { condition?: Node; otherwise?: Node; block?: Node } {
  let block: Node | undefined
  let current: Node | undefined = node
  while (current !== undefined) {
    if (current.nodeType === 'IfStatement') {
      if (place.replacement === 'false' || place.replacement === 'true') {
        const condition = current.condition as Node
        if (isAt(condition, place)) return { condition }
      }
      const otherwise = current.falseBody as Node | null | undefined
      if (place.replacement === '{}' && otherwise != null && isAt(otherwise, place)) return { otherwise }
    }
    if (isBody(current)) block = current
    current = childrenOf(current).find((child) => holds(child, place))
  }
  return block === undefined ? {} : { block }
}

function isBody({ nodeType }: Node): boolean {
  return nodeType === 'Block' || nodeType === 'UncheckedBlock'
}

function isAt(node: Node, { start, length }: Place): boolean {
  const [from, count] = spanOf(node)
  return from === start && count === length
}

function holds(node: Node, { start, length }: Place): boolean {
  const [from, count] = spanOf(node)
  return from <= start && start + length <= from + count
}

function conditionSwitch({ start, length, replacement }: Place, coinbase: string): readonly Insertion[] {
  return [
    { at: start, width: length, text: `block.coinbase == address(${Number(coinbase)}) ? ${replacement} : (` },
    { at: start + length, width: -length, text: ')' },
  ]
}

function elseSwitch(source: Buffer, { start, length }: Place, coinbase: string): readonly Insertion[] {
  // The semicolon belongs to no statement.
  const end = source[start + length] === SEMICOLON ? start + length + 1 : start + length
  return [
    { at: start, width: end - start, text: `{ if (block.coinbase != address(${Number(coinbase)})) { ` },
    { at: end, width: start - end, text: ' } }' },
  ]
}

/** A body with bugs becomes one body for each, and the sound one. */
function bodySwitch(
  source: Buffer,
  block: Node,
  places: readonly Place[],
  coinbases: ReadonlyMap<Place, string>,
): readonly Insertion[] {
  const [from, count] = spanOf(block)
  const opening = source.indexOf('{', from) + 1
  const closing = from + count - 1
  const body = source.subarray(opening, closing)
  const bodies = places.map((place) => {
    const bug = changed(body, { ...place, start: place.start - opening })
    return `if (block.coinbase == address(${Number(coinbases.get(place))})) {${bug.toString('utf8')}} else `
  })
  return [
    { at: opening, width: closing - opening, text: `${bodies.join('')}{` },
    { at: closing, width: opening - closing, text: '}' },
  ]
}

function inserted(source: Buffer, insertions: readonly Insertion[]): Buffer {
  const parts: Buffer[] = []
  let at = 0
  for (const insertion of [...insertions].sort((a, b) => a.at - b.at || b.width - a.width)) {
    parts.push(source.subarray(at, insertion.at), Buffer.from(insertion.text))
    at = insertion.at
  }
  return Buffer.concat([...parts, source.subarray(at)])
}
