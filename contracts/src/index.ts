export { contactDirectoryAbi, contactDirectoryBytecode } from '../abi/contact-directory.ts'
export { inboxAbi, inboxBytecode } from '../abi/inbox.ts'
export { rollupAbi, rollupBytecode } from '../abi/rollup.ts'
export { signatureVerifierAbi, signatureVerifierBytecode } from '../abi/signature-verifier.ts'
