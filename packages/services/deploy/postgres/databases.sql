-- SPDX-License-Identifier: GPL-3.0-or-later
-- One store for each service. PostgreSQL's image runs this once, when its volume is empty.
create database attester;
create database relayer;
create database gateway;
create database custodian;
