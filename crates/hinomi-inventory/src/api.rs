// SPDX-License-Identifier: Apache-2.0
//! HTTP of this domain.
