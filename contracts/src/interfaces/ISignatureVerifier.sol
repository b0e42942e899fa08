// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Signature verifier
/// @notice Says whether an account signed a digest: an EOA, a contract (ERC-1271), or one not deployed yet (ERC-6492).
/// @dev A contract of its own because ERC-6492 calls whatever factory the signature names: who is called sees this
/// verifier as the caller, which holds nothing and has no rights anywhere.
interface ISignatureVerifier {
    /// @notice Thrown when `factory`, named by an ERC-6492 signature, refuses to deploy or to prepare the signer.
    error SignatureVerifier_FactoryFailed(address factory);

    /// @notice Whether `signer` signed `digest`. Deploys a counterfactual signer, so that it exists afterwards.
    /// @dev An ECDSA signature of `signer` counts even where it has code: only an EOA that delegates (EIP-7702) can have
    /// both.
    /// @param signature r ‖ s ‖ v, what the contract expects, or abi.encode(factory, factoryCalldata, signature) followed by
    /// 32 bytes 0x6492….
    function verify(address signer, bytes32 digest, bytes calldata signature) external returns (bool);
}
