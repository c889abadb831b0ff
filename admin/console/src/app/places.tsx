import {
  ApartmentOutlined,
  ApiOutlined,
  AppstoreOutlined,
  AuditOutlined,
  BgColorsOutlined,
  DashboardOutlined,
  DatabaseOutlined,
  FileTextOutlined,
  HighlightOutlined,
  IdcardOutlined,
  KeyOutlined,
  LockOutlined,
  MailOutlined,
  NodeIndexOutlined,
  SafetyOutlined,
  SettingOutlined,
  SwapOutlined,
  SyncOutlined,
  TeamOutlined,
  UserAddOutlined,
} from "@ant-design/icons";
import { type ComponentType, lazy, type ReactNode } from "react";

import { texts } from "../language/texts";

const t = texts({
  overview: ["概览", "Overview"],
  organisation: ["组织架构", "Organisation"],
  members: ["成员与部门", "Members & departments"],
  groups: ["用户组", "Groups"],
  directories: ["目录", "Directories"],
  syncRuns: ["同步记录", "Sync records"],
  roles: ["角色与权限", "Roles & permissions"],
  guests: ["访客管理", "Guests"],
  access: ["应用与访问", "Applications & access"],
  applications: ["应用", "Applications"],
  ipLists: ["IP 访问限制", "IP restrictions"],
  explain: ["访问诊断", "Explain access"],
  looks: ["品牌与水印", "Brand & watermark"],
  signInPolicy: ["登录策略", "Sign-in policy"],
  brand: ["品牌配置", "Brand"],
  watermark: ["安全水印", "Watermark"],
  logs: ["日志", "Logs"],
  signIns: ["登录日志", "Sign-in log"],
  audit: ["审计日志", "Audit log"],
  requests: ["访问日志", "Access log"],
  settings: ["设置", "System"],
  configuration: ["配置即代码", "Configuration as code"],
  tokens: ["API 令牌", "API tokens"],
  messages: ["消息发送", "Messages"],
  node: ["系统设置", "Settings"],
});

/** One place of the console. */
export type Place = {
  /** Below `/console`, as the router writes it; what stands in the navigation has no parameters. */
  path: string;
  title: string;
  /** What one must be allowed in order to see it: one of these, or anything. */
  permission?: string | readonly string[];
  /** Whether it takes the permission for all people and departments. */
  isEverywhere?: boolean;
  icon?: ReactNode;
  page: ComponentType;
};

type PlaceGroup = { title?: string; places: Place[] };

const Overview = lazy(() => import("../pages/overview/Overview"));
const Members = lazy(() => import("../pages/members/Members"));
const MemberImport = lazy(() => import("../pages/member-import/MemberImportPage"));
const Groups = lazy(() => import("../pages/groups/Groups"));
const GroupPage = lazy(() => import("../pages/groups/GroupPage"));
const Roles = lazy(() => import("../pages/roles/Roles"));
const Guests = lazy(() => import("../pages/guests/Guests"));
const Directories = lazy(() => import("../pages/directories/Directories"));
const DirectoryPage = lazy(() => import("../pages/directories/DirectoryPage"));
const Conflicts = lazy(() => import("../pages/directories/Conflicts"));
const SyncRuns = lazy(() => import("../pages/sync-runs/SyncRuns"));
const SyncRunPage = lazy(() => import("../pages/sync-runs/SyncRunPage"));
const Applications = lazy(() => import("../pages/applications/Applications"));
const ApplicationEditor = lazy(() => import("../pages/applications/ApplicationEditor"));
const IpLists = lazy(() => import("../pages/ip-lists/IpLists"));
const IpList = lazy(() => import("../pages/ip-lists/IpList"));
const Explain = lazy(() => import("../pages/explain/Explain"));
const SignInPolicy = lazy(() => import("../pages/sign-in-policy/SignInPolicy"));
const Brand = lazy(() => import("../pages/brand/Brand"));
const Watermark = lazy(() => import("../pages/watermark/Watermark"));
const SignIns = lazy(() => import("../pages/sign-ins/SignIns"));
const Audit = lazy(() => import("../pages/audit/Audit"));
const Requests = lazy(() => import("../pages/requests/Requests"));
const Configuration = lazy(() => import("../pages/configuration/Configuration"));
const Settings = lazy(() => import("../pages/settings/Settings"));
const Messages = lazy(() => import("../pages/messages/Messages"));
const Tokens = lazy(() => import("../pages/tokens/Tokens"));

/** Each of these shows a part of the settings. */
const SETTINGS = ["node:read", "certificates:read", "certificates:create", "certificates:change", "backup:read"];

/** The navigation, in its order. */
export const GROUPS: PlaceGroup[] = [
  {
    places: [
      { path: "/", title: t.overview, permission: "overview:read", icon: <DashboardOutlined />, page: Overview },
    ],
  },
  {
    title: t.organisation,
    places: [
      { path: "/members", title: t.members, permission: "members:read", icon: <ApartmentOutlined />, page: Members },
      {
        path: "/guests",
        title: t.guests,
        permission: ["guests:read", "guests:create"],
        icon: <UserAddOutlined />,
        page: Guests,
      },
      { path: "/groups", title: t.groups, permission: "groups:read", icon: <TeamOutlined />, page: Groups },
      { path: "/roles", title: t.roles, permission: "roles:read", icon: <IdcardOutlined />, page: Roles },
      {
        path: "/directories",
        title: t.directories,
        permission: "directories:read",
        icon: <DatabaseOutlined />,
        page: Directories,
      },
      { path: "/sync-runs", title: t.syncRuns, permission: "sync_runs:read", icon: <SyncOutlined />, page: SyncRuns },
    ],
  },
  {
    title: t.access,
    places: [
      {
        path: "/applications",
        title: t.applications,
        permission: "applications:read",
        icon: <AppstoreOutlined />,
        page: Applications,
      },
      {
        path: "/sign-in-policy",
        title: t.signInPolicy,
        permission: "sign_in_policy:read",
        icon: <LockOutlined />,
        page: SignInPolicy,
      },
      { path: "/ip-lists", title: t.ipLists, permission: "ip_lists:read", icon: <SafetyOutlined />, page: IpLists },
      {
        path: "/explain",
        title: t.explain,
        permission: "explanations:read",
        icon: <NodeIndexOutlined />,
        page: Explain,
      },
    ],
  },
  {
    title: t.looks,
    places: [
      { path: "/brand", title: t.brand, permission: "appearance:read", icon: <BgColorsOutlined />, page: Brand },
      {
        path: "/watermark",
        title: t.watermark,
        permission: "appearance:read",
        icon: <HighlightOutlined />,
        page: Watermark,
      },
    ],
  },
  {
    title: t.logs,
    places: [
      {
        path: "/logs/sign-ins",
        title: t.signIns,
        permission: "sign_in_log:read",
        icon: <KeyOutlined />,
        page: SignIns,
      },
      { path: "/logs/audit", title: t.audit, permission: "audit_log:read", icon: <AuditOutlined />, page: Audit },
      {
        path: "/logs/requests",
        title: t.requests,
        permission: "access_log:read",
        icon: <SwapOutlined />,
        page: Requests,
      },
    ],
  },
  {
    title: t.settings,
    places: [
      {
        path: "/configuration",
        title: t.configuration,
        permission: "configuration:read",
        icon: <FileTextOutlined />,
        page: Configuration,
      },
      { path: "/messages", title: t.messages, permission: "senders:read", icon: <MailOutlined />, page: Messages },
      { path: "/tokens", title: t.tokens, permission: "tokens:read", icon: <ApiOutlined />, page: Tokens },
      { path: "/settings", title: t.node, permission: SETTINGS, icon: <SettingOutlined />, page: Settings },
    ],
  },
];

/** Places that are reached from others. */
export const INNER: Place[] = [
  { path: "/members/import", title: t.members, permission: "members:create", isEverywhere: true, page: MemberImport },
  {
    path: "/members/import/:id",
    title: t.members,
    permission: "members:create",
    isEverywhere: true,
    page: MemberImport,
  },
  { path: "/groups/:id", title: t.groups, permission: "groups:read", page: GroupPage },
  { path: "/directories/new", title: t.directories, permission: "directories:create", page: DirectoryPage },
  { path: "/directories/:id", title: t.directories, permission: "directories:read", page: DirectoryPage },
  { path: "/directories/:id/conflicts", title: t.directories, permission: "sync_runs:read", page: Conflicts },
  { path: "/sync-runs/:id", title: t.syncRuns, permission: "sync_runs:read", page: SyncRunPage },
  { path: "/applications/new", title: t.applications, permission: "applications:create", page: ApplicationEditor },
  { path: "/applications/:id", title: t.applications, permission: "applications:read", page: ApplicationEditor },
  { path: "/ip-lists/:id", title: t.ipLists, permission: "ip_lists:read", page: IpList },
];

type May = (permission: string) => boolean;

/** Whether somebody may see a place who may do what `may` tells, and `mayEverywhere` for all people. */
export function isOpen({ permission, isEverywhere }: Place, may: May, mayEverywhere: May): boolean {
  return permission === undefined || [permission].flat().some(isEverywhere ? mayEverywhere : may);
}

/** Those in the navigation. */
export function visible(places: readonly Place[], may: May, mayEverywhere: May): Place[] {
  return places.filter((place) => isOpen(place, may, mayEverywhere));
}
