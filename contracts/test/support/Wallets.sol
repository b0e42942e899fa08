// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @dev An ERC-1271 wallet of one key.
contract ContractWallet {
    address private immutable KEY;

    constructor(address key) {
        KEY = key;
    }

    receive() external payable {}

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address recovered,,) = ECDSA.tryRecover(digest, signature);
        return recovered == KEY ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @dev Deploys wallets to addresses known before; what ERC-6492 signatures name.
contract WalletFactory {
    error Refused();

    function deploy(address key) external returns (address) {
        return address(new ContractWallet{salt: 0}(key));
    }

    function refuse() external pure {
        revert Refused();
    }

    function addressOf(address key) external view returns (address) {
        bytes memory code = bytes.concat(type(ContractWallet).creationCode, abi.encode(key));
        return address(
            uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(this), bytes32(0), keccak256(code)))))
        );
    }
}
