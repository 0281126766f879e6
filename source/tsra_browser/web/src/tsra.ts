// Copyright (c) 2026, The TSRA Lab Developers.
// All rights reserved.
//
// SPDX-License-Identifier: BSD-3-Clause

/** What the page is made of, for tests and for pages of one's own. */

export { Page } from "./page";
export { Policy } from "./policy";
export { layoutOf } from "./observations";
export { readMetadata } from "./metadata";
