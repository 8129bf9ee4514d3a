// SPDX-License-Identifier: GPL-3.0-or-later
import { Empty } from "../ui/parts.tsx";
import { AuditPage } from "./AuditPage.tsx";
import { ProgramList } from "./ProgramList.tsx";
import "./audit.css";

/** The auditor's side: reads the chain, signs nothing. @param id of the program; the list of programs when left out */
export function AuditPages({ id }: { id: string | undefined }) {
  if (id === undefined) return <ProgramList />;
  if (/^\d{1,20}$/.test(id)) return <AuditPage key={id} program={BigInt(id)} />;
  return (
    <Empty title={`“${id.slice(0, 30)}” is not the number of a program.`}>
      <a href="#/audit">See all programs.</a>
    </Empty>
  );
}
