import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'rolldown/parseAst'

/** What a name stands for: what the declaration says, with types and interfaces alike as `type`. */
export type Kind = 'function' | 'class' | 'const' | 'type' | 'namespace'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Packages that are published: the client and messaging, and what they need of ours. */
export const publishedPackages = [
  'protocol',
  'runtime',
  'http',
  'api',
  'l2',
  'contracts',
  'client',
  'content',
  'messaging',
] as const

type Program = ReturnType<typeof parseAst>
type Statement = Program['body'][number]
type Exported = Extract<Statement, { type: 'ExportNamedDeclaration' }>

function entryPoints(folder: string): [name: string, file: string][] {
  const { exports } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    exports: Readonly<Record<string, string>>
  }
  return Object.entries(exports).map(([path, source]) => [
    `@parley/${folder}${path.slice(1)}`,
    join(root, folder, source),
  ])
}

/** File of an import, when it is ours. */
function fileOf(specifier: string, from: string): string {
  if (specifier.startsWith('.')) return join(dirname(from), specifier)
  const [, folder = ''] = specifier.split('/')
  const found = entryPoints(folder).find(([name]) => name === specifier)
  if (found === undefined) throw new Error(`${from} exports from ${specifier}, which is not published`)
  return found[1]
}

const textOf = (name: { readonly type: string; readonly name?: string; readonly value?: unknown }): string =>
  String(name.name ?? name.value)

function declared(declaration: Exported['declaration'] | Statement): [string, Kind][] {
  switch (declaration?.type) {
    case 'VariableDeclaration':
      return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [[id.name, 'const']] : []))
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
      return declaration.id === null ? [] : [[declaration.id.name, 'function']]
    case 'ClassDeclaration':
      return declaration.id === null ? [] : [[declaration.id.name, 'class']]
    case 'TSTypeAliasDeclaration':
    case 'TSInterfaceDeclaration':
      return [[declaration.id.name, 'type']]
    default:
      return []
  }
}

/** Kinds of what a module declares and does not export at the declaration, such as `const a = 1; export { a }`. */
function local(body: Program['body']): Map<string, Kind> {
  return new Map(body.flatMap((statement) => declared(statement)))
}

/** Names that a module of ours exports, with their kinds. */
export function exportsOf(file: string): Map<string, Kind> {
  const { body } = parseAst(readFileSync(file, 'utf8'), { lang: 'ts' }, file)
  const found = new Map<string, Kind>()
  for (const statement of body) {
    if (statement.type === 'ExportAllDeclaration') {
      const from = exportsOf(fileOf(statement.source.value, file))
      if (statement.exported !== null) found.set(textOf(statement.exported), 'namespace')
      else for (const [name, kind] of from) found.set(name, kind)
    }
    if (statement.type !== 'ExportNamedDeclaration') continue
    for (const [name, kind] of declared(statement.declaration)) found.set(name, kind)
    if (statement.specifiers.length === 0) continue
    const kinds = statement.source === null ? local(body) : exportsOf(fileOf(statement.source.value, file))
    for (const { local: original, exported } of statement.specifiers) {
      const kind = kinds.get(textOf(original))
      if (kind === undefined) throw new Error(`${file} exports ${textOf(original)}, which is declared nowhere`)
      found.set(textOf(exported), kind)
    }
  }
  return found
}

/** A line for each name that a published package exports: entry point, kind, name. */
export function renderExports(): string {
  const lines = publishedPackages
    .flatMap(entryPoints)
    .flatMap(([entry, file]) => [...exportsOf(file)].map(([name, kind]) => `${entry} ${kind} ${name}`))
  return `${lines.sort().join('\n')}\n`
}
