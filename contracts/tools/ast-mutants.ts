import type { Place } from './mutant.ts'
import { childrenOf, type Node, type SyntaxTree, spanOf } from './syntax-trees.ts'

/** A guard or branch taken out of the source. */
export interface AstMutant extends Place {
  /** File, function, what is taken out and its text: the same as long as the code is. */
  readonly id: string
}

interface Where {
  readonly file: string
  readonly source: Buffer
  readonly inFunction: string
}

const interfaceFolders = ['interfaces', 'types', 'bench']

/** Takes out, one at a time, each modifier of a function, each `if` and its `else`, in all of `src`. @returns in the order of files and places. */
export function astMutants(trees: ReadonlyMap<string, SyntaxTree>): readonly AstMutant[] {
  const found: AstMutant[] = []
  for (const [file, { source, tree }] of trees) {
    if (interfaceFolders.some((folder) => file.startsWith(`${folder}/`))) continue
    visit(tree, { file, source, inFunction: '' }, found)
  }
  return numbered(found)
}

function visit(node: Node, where: Where, found: AstMutant[]): void {
  const name = typeof node.name === 'string' && node.name !== '' ? node.name : String(node.kind ?? '')
  const here = node.nodeType === 'FunctionDefinition' ? { ...where, inFunction: name } : where
  found.push(...mutantsOf(node, here))
  for (const child of childrenOf(node)) visit(child, here, found)
}

/** What can be taken out at this node. */
function mutantsOf(node: Node, where: Where): readonly AstMutant[] {
  if (node.nodeType === 'FunctionDefinition' && node.kind !== 'constructor')
    return (node.modifiers as readonly Node[]).map((modifier) => mutantAt(modifier, where, 'modifier', ''))
  if (node.nodeType !== 'IfStatement') return []
  const { condition, trueBody, falseBody } = node as { condition: Node; trueBody: Node; falseBody?: Node }
  const never = mutantAt(condition, where, 'if', 'false')
  // An `if` that always holds says as much as one that never does where what it guards is a refusal: every test would see it.
  const isRefusal = trueBody.nodeType === 'RevertStatement'
  const always = isRefusal ? [] : [mutantAt(condition, where, 'if always', 'true')]
  const without = falseBody === undefined || falseBody === null ? [] : [mutantAt(falseBody, where, 'else', '{}')]
  return [never, ...always, ...without]
}

function mutantAt(node: Node, { file, source, inFunction }: Where, kind: string, replacement: string): AstMutant {
  const [start, length] = spanOf(node)
  const text = source
    .subarray(start, start + length)
    .toString('utf8')
    .replace(/\s+/g, ' ')
  return { id: `${file} ${inFunction}: ${kind} (${text})`, file, start, length, replacement }
}

/** Two alike in one function are told apart by their number. */
function numbered(mutants: readonly AstMutant[]): readonly AstMutant[] {
  const seen = new Map<string, number>()
  return mutants.map((mutant) => {
    const count = (seen.get(mutant.id) ?? 0) + 1
    seen.set(mutant.id, count)
    return count === 1 ? mutant : { ...mutant, id: `${mutant.id} #${count}` }
  })
}
