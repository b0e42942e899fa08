export { inboxAbi, inboxBytecode } from '../abi/inbox.ts'
export { rollupAbi, rollupBytecode } from '../abi/rollup.ts'
