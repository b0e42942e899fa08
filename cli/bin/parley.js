#!/usr/bin/env node
// Plain JavaScript that any Node parses: the rest is TypeScript, which only Node 24 and later run as it is.
const needed = 24
const major = Number(process.versions.node.split('.')[0])
if (major < needed) {
  process.stderr.write(
    `parley needs Node ${needed} or later; this is ${process.version}.\n` +
      'Run it as `npx parley` inside the project, which uses the version pinned there.\n',
  )
  process.exit(2)
}
const { main } = await import('../src/main.ts')
const code = await main(process.argv.slice(2))
// Idle connections must not hold up the end; what was written must still arrive.
process.stdout.write('', () => process.exit(code))
