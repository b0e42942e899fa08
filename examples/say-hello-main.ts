// npx node examples/say-hello-main.ts L2_URL ROLLUP SEQUENCER_URL NODE_URL PRIVATE_KEY
import { sayHello } from './say-hello.ts'

const places = process.argv.slice(2) as Parameters<typeof sayHello>
console.log(JSON.stringify(await sayHello(...places)))
