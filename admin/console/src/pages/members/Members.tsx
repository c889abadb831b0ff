import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Flex, Grid } from "antd";
import { useState } from "react";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { DepartmentChooser } from "../../parts/DepartmentChooser";
import { PageHeader } from "../../parts/PageHeader";
import { DepartmentTree } from "./DepartmentTree";
import { pathOf } from "./departmentTree";
import { MemberDrawer } from "./MemberDrawer";
import { MemberForm } from "./MemberForm";
import { MemberTable } from "./MemberTable";
import { t } from "./words";

/** Departments at the left, their people at the right. */
export default function Members() {
  const may = useMay();
  const isWide = Grid.useBreakpoint().lg ?? true;
  const [department, setDepartment] = useState<string>();
  const [open, setOpen] = useState<string>();
  const [isNew, setNew] = useState(false);
  const { data } = useQuery({ queryKey: ["departments"], queryFn: () => told(api.GET("/departments")) });
  const departments = data?.items ?? [];
  const create = may("members:create") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew(true)}>
      {t.create}
    </Button>
  );
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        {create}
      </PageHeader>
      <Flex gap={16} align="flex-start" vertical={!isWide}>
        {isWide ? (
          <Card style={{ width: 280, flex: "none", position: "sticky", top: 80 }} styles={{ body: { padding: 12 } }}>
            <DepartmentTree departments={departments} chosen={department} onChoose={setDepartment} />
          </Card>
        ) : (
          <DepartmentChooser
            allowClear
            aria-label={t.departments}
            placeholder={t.departments}
            style={{ width: "100%" }}
            value={department}
            onChange={(id) => setDepartment(id ? String(id) : undefined)}
          />
        )}
        <div style={{ flex: 1, minWidth: 0, width: "100%" }}>
          <MemberTable
            key={department}
            department={department}
            title={department ? pathOf(departments, department).join(" / ") : t.everybody}
            create={create}
            onOpen={setOpen}
          />
        </div>
      </Flex>
      {isNew && (
        <MemberForm
          department={department}
          onClose={(made) => {
            setNew(false);
            if (made) setOpen(made);
          }}
        />
      )}
      {open && <MemberDrawer id={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}
