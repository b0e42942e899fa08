// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CertificateCode} from "../types/Committee.sol";

/// @title What a rollup asks of a data committee
interface ICertificates {
    /// @notice Whether pointers of layer 3 carry certificates that count now.
    /// @dev Answers for any bytes and reverts for none. A certificate that both pointers carry is looked at once; who has only one
    /// pointer gives it twice.
    /// @param neededUntil Until when the data must be served, in seconds since 1970: a certificate lasts an answer window longer.
    function check(uint64 neededUntil, bytes calldata core, bytes calldata witness)
        external
        view
        returns (CertificateCode);
}
