// Preloaded into a process: prints the addresses of all modules that it loads, a line of JSON on stderr as it ends.
import { registerHooks } from 'node:module'

const addresses: string[] = []
registerHooks({
  load(address, context, next) {
    addresses.push(address)
    return next(address, context)
  },
})
process.on('exit', () => process.stderr.write(`${JSON.stringify(addresses)}\n`))
